using System.Globalization;
using Dragoman.Emulator.Api;

namespace Dragoman.Emulator.Behaviors;

/// <summary>
/// The pace and the faults that a request asks for, by a model name
/// <c>emulate-&lt;key&gt;-&lt;value&gt;[-&lt;key&gt;-&lt;value&gt;…]</c> or by the header
/// <c>x-emulator-behavior: key=value; key=value</c>. <c>docs/emulator.md</c> documents them.
/// </summary>
internal sealed record EmulatedBehavior
{
    public const string HeaderName = "x-emulator-behavior";

    private const string NamePrefix = "emulate-";

    private const string Keys =
        "tps (tokens a second), ttft (milliseconds), status (400 to 599), retryafter (seconds), "
        + "tokens (0 to 1000000), error, cut and stall (after that many tokens), "
        + "and even, refuse and block, which take no value";

    public static EmulatedBehavior None { get; } = new();

    /// <summary>Tokens per second. Null when tokens are sent without delays.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>The delay before the first token.</summary>
    public TimeSpan TimeToFirstToken { get; init; }

    /// <summary>The HTTP status to answer with instead of a result.</summary>
    public int? Status { get; init; }

    /// <summary>The <c>Retry-After</c> header of <see cref="Status"/> in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The length of the answer's text in tokens.</summary>
    public int? Tokens { get; init; }

    /// <summary>The number of tokens after which an error event ends the stream.</summary>
    public int? ErrorAfter { get; init; }

    /// <summary>The number of tokens after which the connection is cut.</summary>
    public int? CutAfter { get; init; }

    /// <summary>The number of tokens after which the answer stalls.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Whether each token of the text has four bytes, which is what most estimates assume.</summary>
    public bool IsEven { get; init; }

    /// <summary>Whether the model declines to answer.</summary>
    public bool Refuses { get; init; }

    /// <summary>Whether the prompt is blocked before the model sees it.</summary>
    public bool Blocks { get; init; }

    /// <summary>Whether tokens have a time at which they are due.</summary>
    public bool IsPaced => TokensPerSecond is not null;

    public static bool IsNamedBy(string model) => model.StartsWith(NamePrefix, StringComparison.Ordinal);

    /// <exception cref="RefusalException">The name is not understood. The message lists the known keys.</exception>
    public static EmulatedBehavior FromModelName(string model)
    {
        if (!IsNamedBy(model))
            return None;
        var parts = model[NamePrefix.Length..].Split('-');
        var behavior = None;
        for (var part = 0; part < parts.Length; part++)
        {
            behavior = behavior.With(parts[part])
                ?? (part + 1 < parts.Length ? behavior.With(parts[part], parts[++part]) : null)
                ?? throw Unknown(model);
        }

        return behavior;

        static RefusalException Unknown(string model) => new(new(
            RefusalKind.UnknownBehavior, $"A model name that selects an emulated behavior has the form emulate-<key>-<value>, with the keys {Keys}.")
        {
            Model = model,
        });
    }

    /// <summary>This behavior, with the header's values in place of its own.</summary>
    /// <exception cref="RefusalException">The header is not understood. The message lists the known keys.</exception>
    public EmulatedBehavior WithHeader(string? header)
    {
        var behavior = this;
        foreach (var part in (header ?? "").Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=');
            behavior = (equals < 0 ? behavior.With(part) : behavior.With(part[..equals].Trim(), part[(equals + 1)..].Trim()))
                ?? throw new RefusalException(new(
                    RefusalKind.UnknownBehaviorHeader, $"{HeaderName}: '{part}' is not understood. Write key=value; key=value with the keys {Keys}."));
        }

        return behavior;
    }

    /// <exception cref="RefusalException">The behavior asks for a status.</exception>
    public void ThrowIfRefused()
    {
        if (Status is { } status)
            throw new RefusalException(Refusal.Injected(status, RetryAfter));
    }

    private EmulatedBehavior? With(string flag) => flag switch
    {
        "even" => this with { IsEven = true },
        "refuse" => this with { Refuses = true },
        "block" => this with { Blocks = true },
        _ => null,
    };

    private EmulatedBehavior? With(string key, string value) => key switch
    {
        "tps" => Real(value, 1_000_000) is { } rate and > 0 ? this with { TokensPerSecond = rate } : null,
        "ttft" => Whole(value, 0, 600_000) is { } wait ? this with { TimeToFirstToken = TimeSpan.FromMilliseconds(wait) } : null,
        "status" => Whole(value, 400, 599) is { } status ? this with { Status = status } : null,
        "retryafter" => Whole(value, 0, 86_400) is { } seconds ? this with { RetryAfter = seconds } : null,
        "tokens" => Whole(value, 0, 1_000_000) is { } tokens ? this with { Tokens = tokens } : null,
        "error" => Whole(value, 0, 1_000_000) is { } error ? this with { ErrorAfter = error } : null,
        "cut" => Whole(value, 0, 1_000_000) is { } cut ? this with { CutAfter = cut } : null,
        "stall" => Whole(value, 0, 1_000_000) is { } stall ? this with { StallAfter = stall } : null,
        _ => null,
    };

    private static int? Whole(string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? number : null;

    private static double? Real(string value, double most) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= most ? number : null;
}
