"""The press: runs the chapters on a study and prints the book."""
