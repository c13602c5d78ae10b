"""What was recorded of calls: noted once, looked for, and its links kept alive."""
