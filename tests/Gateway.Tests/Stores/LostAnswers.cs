using System.Net;

namespace Dragoman.Gateway.Tests.Stores;

/// <summary>Loses transactions in Azure Table Storage, or their answers, as a test tells it to.</summary>
internal sealed class LostAnswers() : DelegatingHandler(new SocketsHttpHandler())
{
    private int requests;

    /// <summary>How many transactions are still to be lost.</summary>
    public int Remaining { get; set; }

    /// <summary>How they are lost.</summary>
    public AnswerLoss Loss { get; set; }

    /// <summary>Whether the service gets a transaction that is lost.</summary>
    public bool ReachesService { get; set; } = true;

    /// <summary>Whether every request is lost, and does not reach the service.</summary>
    public bool IsAway { get; set; }

    /// <summary>What happens after the service has applied a transaction, before anybody else knows.</summary>
    public Action? Applied { get; set; }

    /// <summary>How many requests were sent.</summary>
    public int Requests => requests;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        Interlocked.Increment(ref requests);
        if (IsAway)
            return await LoseAsync(cancellation);
        var isTransaction = request.RequestUri!.AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal);
        if (!isTransaction)
            return await base.SendAsync(request, cancellation);
        var isLost = Remaining > 0;
        if (isLost)
        {
            Remaining--;
            if (!ReachesService)
                return await LoseAsync(cancellation);
        }

        var answer = await base.SendAsync(request, cancellation);
        Applied?.Invoke();
        if (!isLost)
            return answer;
        await answer.Content.LoadIntoBufferAsync(cancellation);
        answer.Dispose();
        return await LoseAsync(cancellation);
    }

    private async Task<HttpResponseMessage> LoseAsync(CancellationToken cancellation)
    {
        switch (Loss)
        {
            case AnswerLoss.Cut:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was cut.", new IOException("cut"));
            case AnswerLoss.Silence:
                await Task.Delay(Timeout.Infinite, cancellation);
                goto default;
            case AnswerLoss.ServerError:
                return new(HttpStatusCode.InternalServerError);
            default:
                return new(HttpStatusCode.ServiceUnavailable);
        }
    }
}
