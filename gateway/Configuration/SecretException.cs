namespace Dragoman.Configuration;

/// <summary>A secret could not be found.</summary>
public sealed class SecretException(string message) : Exception(message);
