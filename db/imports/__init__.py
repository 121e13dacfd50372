"""People from CSV files: what a file says, found out without a database.

`sheet` finds encoding and delimiter, `headers` what each column is, `dates` in which order days are written,
`facts` reads one row, `people` joins the rows of one person and finds families.
"""
