namespace Dragoman.Configuration;

/// <summary>One file of a configuration, as it was read.</summary>
/// <param name="Name">The path, for error messages.</param>
/// <param name="Bytes">UTF-8, or UTF-16 with a byte order mark.</param>
internal sealed record ConfigurationFile(string Name, byte[] Bytes);
