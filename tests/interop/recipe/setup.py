from setuptools import setup

setup(
    name='interop-recipe',
    version='1.0',
    description='Buildout recipes of the software releases in the interop tests',
    py_modules=['interop_recipe'],
    install_requires=['zc.buildout'],
    zip_safe=False,
    entry_points={'zc.buildout': [
        'copy = interop_recipe:Copy',
        'fail = interop_recipe:Fail',
        'instance = interop_recipe:Instance',
    ]},
)
