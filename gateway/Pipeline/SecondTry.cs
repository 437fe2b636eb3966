using Dragoman.Pipeline.Embeddings;

namespace Dragoman.Pipeline;

/// <summary>
/// One row of the table of second tries: what failed, what is done about it, and how often at most. A second try is made only
/// while the client is connected and no part of the answer was sent to it. No other code in the gateway sends a request again;
/// <see cref="SecondTries"/> runs the table (architecture.md 2).
/// </summary>
/// <param name="Scope">What the row tries again.</param>
/// <param name="Failure">The failure that the row applies to.</param>
/// <param name="Cure">What is done before the next try.</param>
/// <param name="AtMost">How often at most in one <paramref name="Scope"/>. The count starts again when a row of a wider scope is used.</param>
internal sealed record SecondTry(SecondTry.Of Scope, string Failure, string Cure, int AtMost)
{
    /// <summary>The row has no maximum number, because its cure ends by itself.</summary>
    public const int BoundedByCure = int.MaxValue;

    /// <summary>The first cure that helps against a refusal. Not used after <see cref="RecoveredAnswer"/>.</summary>
    public static readonly SecondTry CuredRefusal = new(
        Of.Call,
        "the provider rejects something that its dialect can write differently, or reports what its server's recovery can repair",
        "the call is amended, or the server is recovered; then the call is sent again",
        1);

    /// <summary>The last try of a call.</summary>
    public static readonly SecondTry RecoveredAnswer = new(
        Of.Call,
        "an answer with a success status reports what the server's recovery can repair",
        "the server is recovered, and the call is sent again",
        1);

    /// <summary>The same model often succeeds the second time (specs/dialects.md 2.5).</summary>
    public static readonly SecondTry SameAgain = new(Of.Target, "the answer does not fit the client's schema", "the request is written and sent again", 1);

    public static readonly SecondTry ShorterConversation = new(
        Of.Target,
        "the conversation is too long, and the client allows the server to shorten it",
        "the request is written and sent with fewer of the oldest turns",
        OldestTurns.MostDrops);

    /// <summary>Each target is tried once.</summary>
    public static readonly SecondTry NextTarget = new(
        Of.Request,
        "the target fails, its credential is missing or refused, or its account is used up, and another target may succeed",
        "the request is sent to the next target",
        BoundedByCure);

    /// <summary>Halves down to single texts, each cut at most <see cref="EmbeddingBatch.MostCuts"/> times.</summary>
    public static readonly SecondTry EasedEmbedding = new(
        Of.EmbeddingPart,
        "an embedding call is too large, or its dimensions are rejected",
        "it is sent again in halves, with cut texts, or without dimensions",
        BoundedByCure);

    /// <summary>The rows of a call whose answer is read as a whole, such as a count.</summary>
    public static readonly IReadOnlyList<SecondTry> OfWholeCall = [CuredRefusal];

    /// <summary>The rows of a request that generates, the narrowest scope first.</summary>
    public static readonly IReadOnlyList<SecondTry> OfGeneration = [CuredRefusal, RecoveredAnswer, SameAgain, ShorterConversation, NextTarget];

    public static readonly IReadOnlyList<SecondTry> OfEmbedding = [NextTarget];

    public static readonly IReadOnlyList<SecondTry> OfEmbeddingPart = [EasedEmbedding];

    /// <summary>What is tried again, from the narrowest scope to the widest.</summary>
    public enum Of
    {
        /// <summary>One written call.</summary>
        Call,

        /// <summary>Some texts of an embedding request.</summary>
        EmbeddingPart,

        /// <summary>All calls to one target.</summary>
        Target,

        /// <summary>All targets of a request.</summary>
        Request,
    }
}
