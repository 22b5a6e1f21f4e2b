"""The HTTP service: tag, redact and judge texts that are sent."""
