namespace Dragoman.Configuration;

/// <summary>A model at a provider.</summary>
public sealed record Target(string Provider, string Model);
