namespace Dragoman.Access.Budgets;

/// <summary>One period of a budget.</summary>
/// <param name="Name">What the id of its account ends with, such as <c>month:2026-11-01</c>: the date is the local one of the first day.</param>
/// <param name="Start">Its first moment.</param>
/// <param name="End">The first moment of the next period; <see cref="DateTimeOffset.MaxValue"/> if there is none.</param>
public readonly record struct PeriodSpan(string Name, DateTimeOffset Start, DateTimeOffset End);
