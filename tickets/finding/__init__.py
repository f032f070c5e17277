"""Finding tickets: lists, Chinese full text, saved views, exports, duplicates, suggestions."""
