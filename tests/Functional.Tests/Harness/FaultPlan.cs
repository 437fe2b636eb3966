namespace Dragoman.Functional.Tests.Harness;

/// <summary>What befalls one answer between the provider and the gateway.</summary>
/// <param name="Faults">In the order of the answer's bytes, its head included.</param>
internal sealed record FaultPlan(IReadOnlyList<Fault> Faults)
{
    public static readonly FaultPlan None = Of();

    /// <summary>What the emulator is asked to do besides, as <c>x-emulator-behavior</c>; nothing when null.</summary>
    public string? Behavior { get; init; }

    /// <summary>Sent instead of a provider's answer, as it is, piece by piece and perhaps without end; then the connection is closed.</summary>
    public IEnumerable<ReadOnlyMemory<byte>>? Instead { get; init; }

    public static FaultPlan Of(params IReadOnlyList<Fault> faults) => new(faults);
}

/// <summary>Something that happens when so many bytes of the answer have been passed on.</summary>
internal abstract record Fault(long At);

/// <summary>Waits, then goes on.</summary>
internal sealed record Delay(long At, TimeSpan Time) : Fault(At);

/// <summary>From here on each write has this many bytes.</summary>
internal sealed record Split(long At, int Size) : Fault(At);

/// <summary>Puts bytes in between.</summary>
internal sealed record Insert(long At, ReadOnlyMemory<byte> Bytes) : Fault(At);

/// <summary>Puts bytes in the place of as many others.</summary>
internal sealed record Overwrite(long At, ReadOnlyMemory<byte> Bytes) : Fault(At);

/// <summary>Keeps the connection open and sends nothing more.</summary>
internal sealed record Stall(long At) : Fault(At);

/// <summary>Ends the connection in order (FIN).</summary>
internal sealed record Close(long At) : Fault(At);

/// <summary>Breaks the connection (RST).</summary>
internal sealed record Reset(long At) : Fault(At);
