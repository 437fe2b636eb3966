namespace Dragoman.Functional.Tests.Harness;

/// <summary>The faults of one answer between the provider and the gateway.</summary>
/// <param name="Faults">The faults in the order of the answer's bytes, including its head.</param>
internal sealed record FaultPlan(IReadOnlyList<Fault> Faults)
{
    public static readonly FaultPlan None = Of();

    /// <summary>The emulator's behavior, as <c>x-emulator-behavior</c>. The usual one when null.</summary>
    public string? Behavior { get; init; }

    /// <summary>Bytes that replace the provider's answer, sent piece by piece and possibly endless. Then the connection is closed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? Instead { get; init; }

    public static FaultPlan Of(params IReadOnlyList<Fault> faults) => new(faults);
}

/// <summary>A fault that happens when this many bytes of the answer have been forwarded.</summary>
internal abstract record Fault(long At);

/// <summary>Waits, then continues.</summary>
internal sealed record Delay(long At, TimeSpan Time) : Fault(At);

/// <summary>From here on, each write has this many bytes.</summary>
internal sealed record Split(long At, int Size) : Fault(At);

/// <summary>Inserts bytes.</summary>
internal sealed record Insert(long At, ReadOnlyMemory<byte> Bytes) : Fault(At);

/// <summary>Replaces the same number of bytes.</summary>
internal sealed record Overwrite(long At, ReadOnlyMemory<byte> Bytes) : Fault(At);

/// <summary>Keeps the connection open and sends nothing more.</summary>
internal sealed record Stall(long At) : Fault(At);

/// <summary>Closes the connection properly (FIN).</summary>
internal sealed record Close(long At) : Fault(At);

/// <summary>Resets the connection (RST).</summary>
internal sealed record Reset(long At) : Fault(At);
