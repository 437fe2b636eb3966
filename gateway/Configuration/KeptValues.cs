namespace Dragoman.Configuration;

/// <summary>Values that a process keeps although its files say something else now.</summary>
/// <param name="Running">What the process runs with.</param>
/// <param name="Pointers">Where the values are. What has no value there gets none.</param>
internal sealed record KeptValues(ConfigurationValues Running, IReadOnlyList<string> Pointers);
