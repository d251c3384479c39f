"""What pyproject.toml cannot say yet: the one extension, without which the package is installed too."""

from setuptools import Extension, setup

# Asks a law in one call instead of a dozen. Where it cannot be compiled the dozen is made, with the same answers.
setup(ext_modules=[Extension("governance._shim", ["governance/_shim.c"], optional=True)])
