"""The SQLAlchemy metadata of every table."""

from sqlalchemy import MetaData

metadata = MetaData()
