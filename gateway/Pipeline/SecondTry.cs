using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Pipeline;

/// <summary>
/// One row of the table of second tries: what failed, what is done about it, and how often at most. A second try is made only
/// while the client is connected and no part of the answer was sent to it. No other code in the gateway sends a request again;
/// <see cref="SecondTries"/> runs the table (architecture.md 2).
/// </summary>
/// <param name="Failure">The failure that the row applies to.</param>
/// <param name="Cure">What is done before the next try.</param>
/// <param name="AtMost">How often at most. The count starts again with each call of <see cref="SecondTries.RunAsync"/> that has the row.</param>
internal sealed record SecondTry(string Failure, string Cure, int AtMost)
{
    /// <summary>The row has no maximum number, because its cure ends by itself.</summary>
    public const int BoundedByCure = int.MaxValue;

    /// <summary>For one written call: the first cure that helps against a refusal. Not used after <see cref="RecoveredAnswer"/>.</summary>
    public static readonly SecondTry CuredRefusal = new(
        "the provider rejects something that its dialect can write differently, or reports what its server's recovery can repair",
        "the call is amended, or the server is recovered; then the call is sent again",
        1);

    /// <summary>For one written call: its last try.</summary>
    public static readonly SecondTry RecoveredAnswer = new(
        "an answer with a success status reports what the server's recovery can repair",
        "the server is recovered, and the call is sent again",
        1);

    /// <summary>For one target. The same model often succeeds the second time (specs/dialects.md 2.5).</summary>
    public static readonly SecondTry SameAgain = new("the answer does not fit the client's schema", "the request is written and sent again", 1);

    /// <summary>For one target.</summary>
    public static readonly SecondTry ShorterConversation = new(
        "the conversation is too long, and the client allows the server to shorten it",
        "the request is written and sent with fewer of the oldest turns",
        OldestTurns.MostDrops);

    /// <summary>For one request: each target is tried once.</summary>
    public static readonly SecondTry NextTarget = new("the target fails, and another target may succeed (GatewayError.IsRetryable)", "the request is sent to the next target", BoundedByCure);

    /// <summary>For one part of an embedding request: halves down to single texts, each cut at most <see cref="EmbeddingBatch.MostCuts"/> times.</summary>
    public static readonly SecondTry EasedEmbedding = new("an embedding call is too large, or its dimensions are rejected", "it is sent again in halves, with cut texts, or without dimensions", BoundedByCure);

    /// <summary>The rows of a call whose answer is read as a whole, such as a count.</summary>
    public static readonly IReadOnlyList<SecondTry> OfCall = [CuredRefusal];

    /// <summary>The rows of a call that generates.</summary>
    public static readonly IReadOnlyList<SecondTry> OfGeneratingCall = [CuredRefusal, RecoveredAnswer];

    public static readonly IReadOnlyList<SecondTry> OfTarget = [SameAgain, ShorterConversation];

    public static readonly IReadOnlyList<SecondTry> OfRequest = [NextTarget];

    public static readonly IReadOnlyList<SecondTry> OfEmbeddingPart = [EasedEmbedding];
}
