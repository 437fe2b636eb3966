namespace Dragoman.Prices;

/// <summary>What a request may use besides text, for a bound of its cost that is not higher than necessary.</summary>
[Flags]
public enum PossibleClasses
{
    Text = 0,

    /// <summary>Audio and images, in the prompt or generated.</summary>
    Media = 1,

    /// <summary>A cache that keeps the prompt for an hour.</summary>
    HourCache = 2,

    All = Media | HourCache,
}
