"""What looks at the dashboard from outside: a real browser, and a clock."""
