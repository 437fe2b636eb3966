using Dragoman.Emulator.Requests;

namespace Dragoman.Emulator.Api;

/// <summary>The reasons for which all dialects reject a request.</summary>
internal enum RefusalKind
{
    /// <summary>The path does not exist.</summary>
    NotFound,

    /// <summary>The path does not support the method.</summary>
    MethodNotAllowed,

    /// <summary>The body is too long.</summary>
    TooLarge,

    /// <summary>The body is cut off.</summary>
    Unreadable,

    /// <summary>The body is not JSON, not UTF-8, or nested too deep.</summary>
    InvalidJson,

    /// <summary>Members of the body are wrong.</summary>
    Fields,

    /// <summary>The model's name asks for a behavior that the emulator does not know.</summary>
    UnknownBehavior,

    /// <summary>The behavior header is not understood.</summary>
    UnknownBehaviorHeader,

    /// <summary>The service fails with <see cref="Refusal.Status"/>, as the behavior asks.</summary>
    Injected,

    /// <summary>The service is overloaded.</summary>
    Unavailable,

    /// <summary>The prompt is blocked.</summary>
    Blocked,
}

/// <summary>A rejected request. Each dialect has its own error for it.</summary>
/// <param name="Kind">The reason.</param>
/// <param name="Message">The message for people.</param>
internal sealed record Refusal(RefusalKind Kind, string Message)
{
    /// <summary>The HTTP status of <see cref="RefusalKind.Injected"/> and <see cref="RefusalKind.Unreadable"/>.</summary>
    public int Status { get; init; } = 400;

    /// <summary>The <c>Retry-After</c> header in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The allowed methods, for <see cref="RefusalKind.MethodNotAllowed"/>.</summary>
    public string? Allow { get; init; }

    /// <summary>The offset in bytes of the first error, for <see cref="RefusalKind.InvalidJson"/>.</summary>
    public long Position { get; init; }

    /// <summary>The model's name, for <see cref="RefusalKind.UnknownBehavior"/>.</summary>
    public string Model { get; init; } = "";

    public IReadOnlyList<FieldError> Fields { get; init; } = [];

    public static Refusal NotFound { get; } = new(RefusalKind.NotFound, "Not Found");

    public static Refusal Unavailable { get; } = new(RefusalKind.Unavailable, "Service unavailable.") { Status = 503 };

    public static Refusal Blocked { get; } = new(RefusalKind.Blocked, "The prompt was blocked, as the request asked the emulator to do.");

    public static Refusal Injected(int status, int? retryAfter) =>
        new(RefusalKind.Injected, $"The emulator was asked to answer with status {status}.") { Status = status, RetryAfter = retryAfter };
}

/// <summary>Ends the handling of a request. The dialect decides the error's shape.</summary>
internal sealed class RefusalException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal => refusal;
}
