using System.Text.Json;

namespace Dragoman.Emulator.Api;

/// <summary>An error answer in the shape of one dialect.</summary>
internal abstract record ApiError(int Status, string Message)
{
    /// <summary>The <c>Retry-After</c> header in seconds.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The <c>Allow</c> header of a 405.</summary>
    public string? Allow { get; init; }

    public abstract void Write(Utf8JsonWriter json);
}

/// <summary>Ends the handling of a request with <paramref name="error"/> as its answer.</summary>
internal sealed class ApiException(ApiError error) : Exception(error.Message)
{
    public ApiError Error => error;
}
