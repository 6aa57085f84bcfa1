"""The words of the field, the errors a user can meet, and writing safely."""
