"""What the person screen offers: each row brings its words, its ways and the call that does it."""
