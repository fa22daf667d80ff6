"""The law's own tests: tables of facts and dates with what the law says of them. No input, no output, no clock."""
