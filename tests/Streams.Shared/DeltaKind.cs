namespace Dragoman.Streams;

/// <summary>The content of a stream's events.</summary>
internal enum DeltaKind
{
    Text,
    Reasoning,
    Arguments,
}
