namespace Dragoman.Access.Budgets;

/// <summary>The place of a record in a <see cref="Journal"/>.</summary>
/// <param name="Segment">The number of the segment.</param>
/// <param name="Offset">The bytes before the record.</param>
internal readonly record struct JournalPosition(long Segment, int Offset);
