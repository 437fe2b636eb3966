using System.Text;
using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>POST /api/pull</c>: a published model needs no download, so success is reported at once. Any other model does not exist
/// (specs/ollama.md 0.7, 2.8).
/// </summary>
internal sealed class OllamaPullEndpoint : IEndpoint
{
    private static readonly byte[] Success = [.. "{\"status\":\"success\"}"u8];

    private static readonly byte[] SuccessLines = Encoding.ASCII.GetBytes(
        """
        {"status":"pulling manifest"}
        {"status":"verifying sha256 digest"}
        {"status":"writing manifest"}
        {"status":"success"}

        """);

    private static readonly byte[] FailureLines = Encoding.ASCII.GetBytes(
        """
        {"status":"pulling manifest"}
        {"error":"pull model manifest: file does not exist"}

        """);

    public async Task HandleAsync(Exchange exchange)
    {
        string name;
        bool streams;
        using (var body = await exchange.ReadJsonAsync().ConfigureAwait(false))
        {
            await SocketThread.LeaveForAsync(exchange.Body.Length);
            var request = RequestObject.OfBody(body.RootElement, ignoreCase: true);
            name = OllamaModelArgument.Read(request);
            streams = request.Bool("stream") ?? true;
            _ = request.Bool("insecure");
        }

        if (name.Length == 0)
            throw GatewayException.Invalid("model", FixedText.InvalidModelName);
        var isPublished = await Step4Resolve.FindAsync(exchange, name, OllamaRequest.Client).ConfigureAwait(false) is not null;
        if (streams)
            await exchange.WriteAsync(isPublished ? SuccessLines : FailureLines, OllamaAnswer.StreamContentType, 200).ConfigureAwait(false);
        else if (isPublished)
            await exchange.WriteAsync(Success, "application/json; charset=utf-8", 200).ConfigureAwait(false);
        else
            throw new GatewayException(new GatewayError(ErrorKind.Internal, FixedText.PullWithoutModel));
    }
}
