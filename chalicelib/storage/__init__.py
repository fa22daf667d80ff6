"""The only code that talks to DynamoDB and to keys; it is asked in records and answers in records."""
