using Dragoman.Conversation;
using Dragoman.Dialects.Ollama;
using Dragoman.Dialects.Requests;
using Dragoman.Locales;
using Dragoman.Pipeline;
using Dragoman.Wire;

namespace Dragoman.Endpoints;

/// <summary>
/// <c>create</c>, <c>push</c>, <c>copy</c> and <c>delete</c>: only the operator decides which models are published, so these
/// answer 501, after the checks that Ollama makes first (specs/ollama.md 0.7, 2.8).
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

    /// <exception cref="GatewayException">Ollama would reject this request too.</exception>
    protected abstract ValueTask CheckAsync(Exchange exchange, RequestObject request);

    protected static void CheckName(string name, string field, Wording message)
    {
        if (!ModelName.TryParse(name, out _))
            throw GatewayException.Invalid(field, message);
    }

    protected static async ValueTask CheckExistsAsync(Exchange exchange, string name, Wording message)
    {
        if (await Step4Resolve.FindAsync(exchange, name, OllamaRequest.Client).ConfigureAwait(false) is null)
            throw new GatewayException(new GatewayError(ErrorKind.ModelNotFound, message));
    }
}
