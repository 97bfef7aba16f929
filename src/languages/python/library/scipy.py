"""The part of scipy that there is."""
__version__ = "1.17.0"
