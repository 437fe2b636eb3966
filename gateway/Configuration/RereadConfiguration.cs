namespace Dragoman.Configuration;

/// <summary>A configuration that was read for a process that already runs with one.</summary>
/// <param name="Wanted">What the files and variables say.</param>
/// <param name="Adopted">What the process can run with at once.</param>
/// <param name="Changes">The pointers of what changes at once.</param>
/// <param name="NeedsRestart">The pointers of what only a restart changes.</param>
public sealed record RereadConfiguration(GatewayConfiguration Wanted, GatewayConfiguration Adopted, IReadOnlyList<string> Changes, IReadOnlyList<string> NeedsRestart);
