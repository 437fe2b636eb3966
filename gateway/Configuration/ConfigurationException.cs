namespace Dragoman.Configuration;

/// <summary>The configuration has mistakes; each line names the place and says what is allowed.</summary>
public sealed class ConfigurationException(IReadOnlyList<string> mistakes) : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<string> Mistakes { get; } = mistakes;
}
