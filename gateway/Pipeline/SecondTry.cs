using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Pipeline;

/// <summary>
/// One row of the table of second tries: what failed, what is done about it, and at most how often. Everything here happens
/// only while nothing of an answer has gone to the client, and only while there is a client. Nothing else in the gateway sends
/// a request again; <see cref="SecondTries"/> carries the table out (architecture.md 2).
/// </summary>
/// <param name="Failure">What failed.</param>
/// <param name="Cure">What is done.</param>
/// <param name="AtMost">How often, each time that the row's <see cref="SecondTries.RunAsync"/> begins.</param>
internal sealed record SecondTry(string Failure, string Cure, int AtMost)
{
    /// <summary>Where something else than a number of times is the bound.</summary>
    public const int BoundedByCure = int.MaxValue;

    /// <summary>Of one written call: the first cure that helps against a refusal. Not after <see cref="RecoveredAnswer"/>.</summary>
    public static readonly SecondTry CuredRefusal = new(
        "the provider refuses what its dialect can say otherwise, or what its server's recovery is for",
        "the call is amended, or the server recovered; then it is sent again",
        1);

    /// <summary>Of one written call: the last try that it gets.</summary>
    public static readonly SecondTry RecoveredAnswer = new(
        "an answer that began well says what the server's recovery is for",
        "the server is recovered and the call sent again",
        1);

    /// <summary>Of one target. The same model often gets it right the second time (specs/dialects.md 2.5).</summary>
    public static readonly SecondTry SameAgain = new("the answer does not fit the client's schema", "the request is written and sent again", 1);

    /// <summary>Of one target.</summary>
    public static readonly SecondTry ShorterConversation = new(
        "the conversation is too long, and the client leaves shortening to the server",
        "fewer of the oldest turns are written and sent",
        OldestTurns.MostDrops);

    /// <summary>Of one request: each target has its turn once.</summary>
    public static readonly SecondTry NextTarget = new("the target fails in a way that another may not (GatewayError.IsRetryable)", "the next target is asked", BoundedByCure);

    /// <summary>Of one part of an embedding request: halves end at single texts, which are cut <see cref="EmbeddingBatch.MostCuts"/> times.</summary>
    public static readonly SecondTry EasedEmbedding = new("an embedding call is too large, or its dimensions are refused", "halves, cut texts, no dimensions", BoundedByCure);

    /// <summary>The rows of a call whose whole answer is read at once, such as a count.</summary>
    public static readonly IReadOnlyList<SecondTry> OfCall = [CuredRefusal];

    /// <summary>The rows of a call that generates.</summary>
    public static readonly IReadOnlyList<SecondTry> OfGeneratingCall = [CuredRefusal, RecoveredAnswer];

    public static readonly IReadOnlyList<SecondTry> OfTarget = [SameAgain, ShorterConversation];

    public static readonly IReadOnlyList<SecondTry> OfRequest = [NextTarget];

    public static readonly IReadOnlyList<SecondTry> OfEmbeddingPart = [EasedEmbedding];
}
