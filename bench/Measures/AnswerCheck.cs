using Dragoman.Bench.Load;

namespace Dragoman.Bench.Measures;

/// <summary>
/// Before anything is measured: every contender gives the upstream's text, in its own dialect, whole and streamed,
/// to a question that nobody could have known.
/// </summary>
internal static class AnswerCheck
{
    public static async Task RunAsync(IReadOnlyList<Contender> contenders, CancellationToken cancellation)
    {
        var question = $"What is {Guid.NewGuid()}?";
        var direct = contenders[0];
        foreach (var contender in contenders)
        {
            var whole = await TextAsync(contender, Workload.Small, question, stream: false, cancellation);
            var other = await TextAsync(contender, Workload.Small, question + "?", stream: false, cancellation);
            Require(contender, whole != other, "gives one answer to two questions");
            Require(contender, whole == await TextAsync(direct, Workload.Small, question, stream: false, cancellation), "gives another text than the upstream");
            foreach (var workload in new[] { Workload.Small, Workload.Flood })
            {
                var expected = await TextAsync(direct, workload, question, stream: true, cancellation);
                Require(contender, expected == await TextAsync(contender, workload, question, stream: true, cancellation), "streams another text than the upstream");
            }
        }
    }

    private static async Task<string> TextAsync(Contender contender, Workload workload, string question, bool stream, CancellationToken cancellation)
    {
        var body = contender.Dialect.Ask(workload, question, stream);
        var answer = await contender.ClientFor(workload).KeepAsync(body, cancellation);
        return stream ? contender.Dialect.ReadStreamText(answer) : contender.Dialect.ReadWhole(answer, workload);
    }

    private static void Require(Contender contender, bool isRight, string otherwise)
    {
        if (!isRight)
            throw new InvalidOperationException($"\"{contender.Name}\" {otherwise}; nothing is measured");
    }
}
