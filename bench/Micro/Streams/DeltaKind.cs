namespace Dragoman.Micro.Streams;

/// <summary>What the many events of a stream bring.</summary>
internal enum DeltaKind
{
    Text,
    Reasoning,
    Arguments,
}
