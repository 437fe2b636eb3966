using System.Buffers;
using Dragoman.Administration;
using Dragoman.Locales;
using Dragoman.Pipeline;

namespace Dragoman.Endpoints;

/// <summary>Refuses parameters on routes of the administration that have none: a caller who filters would believe the whole answer.</summary>
internal static class QueryMistakes
{
    /// <summary>Answers a request that has parameters.</summary>
    /// <returns>Whether it was answered.</returns>
    public static async ValueTask<bool> RefuseAsync(Exchange exchange)
    {
        var query = exchange.Http.Request.Query;
        if (query.Count == 0)
            return false;
        var body = new ArrayBufferWriter<byte>(512);
        Problem.Invalid([.. query.Keys.Select(static name => Mistake.InQuery(name, MistakeText.NoParameterAllowed))]).Write(body, exchange.RequestId, exchange.Locale);
        exchange.Http.Response.Headers.ContentLanguage = exchange.Locale.Language;
        await exchange.WriteAsync(body.WrittenMemory, ProblemErrors.Shape.ContentType, 400).ConfigureAwait(false);
        return true;
    }
}
