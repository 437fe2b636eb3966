using System.Text.RegularExpressions;
using Dragoman.Catalog;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Pipeline;
using Dragoman.Wire;
using Microsoft.AspNetCore.Http;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>create</c>, <c>push</c>, <c>copy</c> and <c>delete</c>: what is published is the operator's to say, so these
/// refuse with a 501, after the checks that Ollama makes first (specs/ollama.md 0.7, 2.8).
/// </summary>
internal abstract class OllamaManagementEndpoint : IEndpoint
{
    public async Task HandleAsync(Exchange exchange)
    {
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            await CheckAsync(exchange, RequestObject.OfBody(body.RootElement, ignoreCase: true)).ConfigureAwait(false);
        }

        await NotImplementedEndpoint.Instance.HandleAsync(exchange).ConfigureAwait(false);
    }

    /// <exception cref="GatewayException">Ollama would refuse this too.</exception>
    protected abstract ValueTask CheckAsync(Exchange exchange, RequestObject request);

    protected static void CheckName(string name, string field, string message)
    {
        if (!ModelName.TryParse(name, out _))
            throw GatewayException.Invalid(field, message);
    }

    protected static async ValueTask CheckExistsAsync(Exchange exchange, string name, string message)
    {
        if (await Resolution.FindAsync(exchange, name, OllamaRequest.Family).ConfigureAwait(false) is null)
            throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, message));
    }
}

/// <summary><c>POST /api/create</c>.</summary>
internal sealed class OllamaCreateEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        CheckName(OllamaModelArgument.Read(request), "model", "invalid model name");
        var hasFiles = request.Object("files") is { } files && files.Members.Any();
        if (string.IsNullOrEmpty(request.String("from")) && !hasFiles)
            throw GatewayException.Invalid("from", "neither 'from' or 'files' was specified");
        return default;
    }
}

/// <summary><c>POST /api/push</c>.</summary>
internal sealed class OllamaPushEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request) =>
        OllamaModelArgument.Read(request).Length == 0 ? throw GatewayException.Invalid("model", "model is required") : default;
}

/// <summary><c>POST /api/copy</c>.</summary>
internal sealed class OllamaCopyEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        var source = request.String("source") ?? "";
        var destination = request.String("destination") ?? "";
        CheckName(source, "source", $"source \"{source}\" is invalid");
        CheckName(destination, "destination", $"destination \"{destination}\" is invalid");
        return CheckExistsAsync(exchange, source, $"model \"{source}\" not found");
    }
}

/// <summary><c>DELETE /api/delete</c>, whose JSON is in the body.</summary>
internal sealed class OllamaDeleteEndpoint : OllamaManagementEndpoint
{
    protected override ValueTask CheckAsync(Exchange exchange, RequestObject request)
    {
        var name = OllamaModelArgument.Read(request);
        CheckName(name, "model", $"name \"{name}\" is invalid");
        return CheckExistsAsync(exchange, name, $"model '{name}' not found");
    }
}

/// <summary><c>HEAD</c> and <c>POST /api/blobs/{digest}</c>: no blob is ever there, and none can be stored.</summary>
internal sealed partial class OllamaBlobsEndpoint : IEndpoint
{
    public Task HandleAsync(Exchange exchange)
    {
        if (!Digest().IsMatch(exchange.RouteValue))
            throw GatewayException.Invalid("digest", "invalid digest format");
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
            return NotImplementedEndpoint.Instance.HandleAsync(exchange);
        exchange.Http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    [GeneratedRegex(@"^sha256[:-][0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();
}
