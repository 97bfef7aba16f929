"""The tower of numbers, for isinstance."""
Integral = Rational = (int,)
Real = (int, float)
Complex = Number = (int, float, complex)
