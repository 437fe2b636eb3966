namespace Dragoman.Access.Budgets;

/// <summary>Which process sends the message about a budget, as the store has it. There is one document for each kind of period of a budget and each kind of notice.</summary>
/// <param name="Period">The name of the period.</param>
/// <param name="Process">The process that tries.</param>
/// <param name="Until">When another one may try, if this one has said nothing until then.</param>
/// <param name="Tries">How often it was tried, by all processes together.</param>
/// <param name="IsOver">Whether it was delivered, or given up.</param>
internal sealed record NoticeClaim(string Period, string Process, DateTimeOffset Until, int Tries, bool IsOver);
