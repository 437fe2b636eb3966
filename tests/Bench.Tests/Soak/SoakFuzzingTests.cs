using Dragoman.Bench.Soak;
using Xunit;

namespace Dragoman.Bench.Tests.Soak;

public class SoakFuzzingTests
{
    [Fact]
    public void TheFuzzersLinesAreRead() => Assert.Equal(
        [new FuzzedTarget("request-chat", 6762, 1120, 0), new FuzzedTarget("splice", 165090, 27461, 3)],
        SoakFuzzing.Read(
        [
            "request-chat                  6762 executions,    1120 a second,   5317 branches,   253 new inputs, 0 finds",
            "splice: find fc42783adebd, 33 bytes: EqualException: Assert.Equal() Failure: Strings differ",
            "splice                      165090 executions,   27461 a second,    140 branches,   116 new inputs, 3 finds",
            "3 finds in 2 targets; see artifacts/fuzz/finds",
        ]));
}
