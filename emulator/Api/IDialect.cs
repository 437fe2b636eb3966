namespace Dragoman.Emulator.Api;

/// <summary>One provider's API, under its own prefix.</summary>
internal interface IDialect
{
    /// <summary>Headers that every answer carries, errors too.</summary>
    void SetHeaders(HttpContext context);

    /// <summary>Answers a request.</summary>
    /// <param name="call">The request.</param>
    /// <param name="path">Its path after the prefix, from a slash on.</param>
    /// <exception cref="ApiException">The request is refused in this dialect's shape.</exception>
    /// <exception cref="RefusalException">The request is refused; <see cref="ErrorOf"/> gives the shape.</exception>
    Task HandleAsync(ApiCall call, string path);

    ApiError ErrorOf(Refusal refusal);

    /// <summary>The error with what only the exchange knows.</summary>
    ApiError Complete(ApiError error, HttpContext context) => error;
}
