namespace Dragoman.Emulator.Api;

/// <summary>One provider's API, under its own prefix.</summary>
internal interface IDialect
{
    /// <summary>Sets the headers of every answer, including errors.</summary>
    void SetHeaders(HttpContext context);

    /// <summary>Answers a request.</summary>
    /// <param name="call">The request.</param>
    /// <param name="path">The path after the prefix, beginning with a slash.</param>
    /// <exception cref="ApiException">The request is rejected with an error of this dialect.</exception>
    /// <exception cref="RefusalException">The request is rejected. <see cref="ErrorOf"/> converts the refusal to an error of this dialect.</exception>
    Task HandleAsync(ApiCall call, string path);

    ApiError ErrorOf(Refusal refusal);

    /// <summary>Adds the members of an error that depend on the HTTP exchange.</summary>
    ApiError Complete(ApiError error, HttpContext context) => error;
}
