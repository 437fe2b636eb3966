namespace Dragoman.Pipeline.Reload;

/// <summary>The configuration on disk has mistakes, so that an earlier one is in force.</summary>
/// <param name="Since">When it was first read with mistakes.</param>
/// <param name="Mistakes">A line for each of them.</param>
public sealed record ReloadFailure(DateTimeOffset Since, IReadOnlyList<string> Mistakes);
