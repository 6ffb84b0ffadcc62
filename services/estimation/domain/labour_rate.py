"""What a person costs by the hour and the day, built up from the salary.

monthly = salary x (1 + social) x (1 + overhead); hourly = monthly / (hours per month x utilisation).
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LabourRate:
    """`hours_per_month` are paid hours: 174 in China (21.75 days of 8 hours), 176 in some cities, 152 in COCOMO.

    `utilisation` is the share of them that is worked for projects, above 0 and at most 1.
    """

    monthly_salary: Decimal
    social_rate: Decimal
    overhead_rate: Decimal
    hours_per_month: Decimal
    utilisation: Decimal
    hours_per_day: Decimal

    @property
    def monthly_cost(self) -> Decimal:
        """Fully loaded, whether there is work or not."""
        return self.monthly_salary * (1 + self.social_rate) * (1 + self.overhead_rate)

    @property
    def hourly_cost(self) -> Decimal:
        """Of an hour that is worked for projects."""
        return self.monthly_cost / (self.hours_per_month * self.utilisation)

    @property
    def daily_cost(self) -> Decimal:
        return self.hourly_cost * self.hours_per_day

    @property
    def direct_share(self) -> Decimal:
        """Part of the cost of a day that is pay and social security of that day."""
        return self.utilisation / (1 + self.overhead_rate)

    @property
    def idle_share(self) -> Decimal:
        """Part that is the same of the time that is not worked for projects; the rest is overhead."""
        return (1 - self.utilisation) / (1 + self.overhead_rate)
