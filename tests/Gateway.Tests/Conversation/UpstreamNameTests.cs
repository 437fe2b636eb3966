using Dragoman.Conversation;

namespace Dragoman.Gateway.Tests.Conversation;

public sealed class UpstreamNameTests
{
    [Theory]
    [InlineData("x", true, true)]
    [InlineData("mistralai/Mistral-7B:latest", true, true)]
    [InlineData("qwen@q4_k_m", true, true)]
    [InlineData("a+b~c", true, true)]
    [InlineData("my model (tuned)", true, false)]
    [InlineData("modèle/通义", true, false)]
    [InlineData("e\u0301", true, false)]
    [InlineData("a,b", true, false)]
    [InlineData("", false, false)]
    [InlineData("/x", false, false)]
    [InlineData("x/", false, false)]
    [InlineData("x//y", false, false)]
    [InlineData("//host/x", false, false)]
    [InlineData("http://host/x", false, false)]
    [InlineData(".", false, false)]
    [InlineData("x/../y", false, false)]
    [InlineData("x\\y", false, false)]
    [InlineData("x%2fy", false, false)]
    [InlineData("x%", false, false)]
    [InlineData("x?y", false, false)]
    [InlineData("x#y", false, false)]
    [InlineData("x\r\ny", false, false)]
    [InlineData("x\u007f", false, false)]
    [InlineData("x\u0085y", false, false)]
    [InlineData(" x", false, false)]
    [InlineData("x ", false, false)]
    [InlineData("x\u00a0y", false, false)]
    [InlineData("x\u2028y", false, false)]
    [InlineData("x\u202ey", false, false)]
    [InlineData("x\uff0fy", false, false)]
    [InlineData("\uff0e\uff0e/x", false, false)]
    [InlineData("x\u2044y", false, false)]
    [InlineData("x\u2100y", false, false)]
    [InlineData("x\u2488", false, false)]
    [InlineData("x\ud83d", false, false)]
    public void A_name_is_what_a_provider_may_call_a_model(string name, bool canExist, bool fitsPath)
    {
        Assert.Equal((canExist, fitsPath), (UpstreamName.CanExist(name), UpstreamName.FitsPath(name)));
        Assert.Equal(fitsPath && !name.Contains('/', StringComparison.Ordinal), UpstreamName.FitsSegment(name));
    }

    [Fact]
    public void A_name_has_a_bound()
    {
        Assert.True(UpstreamName.CanExist(new string('x', UpstreamName.Longest)));
        Assert.False(UpstreamName.CanExist(new string('x', UpstreamName.Longest + 1)));
    }
}
