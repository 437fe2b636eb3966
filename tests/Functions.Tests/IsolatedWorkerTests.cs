using Dragoman.Functions.Isolated;
using Xunit;

namespace Dragoman.Functions.Tests;

public sealed class IsolatedWorkerTests : IDisposable
{
    private const string PreparedProcess = "AZURE_FUNCTIONS_NATIVE_HOST";

    public void Dispose() => AppDomain.CurrentDomain.SetData(PreparedProcess, null);

    [Theory]
    [InlineData(false)]
    [InlineData(false, "--port", "0")]
    [InlineData(true, "--host", "127.0.0.1", "--functions-uri", "http://127.0.0.1:1/")]
    public void A_host_that_starts_the_process_gives_its_address(bool isWorker, params string[] arguments) =>
        Assert.Equal(isWorker, IsolatedWorker.IsAskedFor(arguments));

    [Fact]
    public void A_process_that_the_platform_has_prepared_gets_no_arguments()
    {
        AppDomain.CurrentDomain.SetData(PreparedProcess, "1");

        Assert.True(IsolatedWorker.IsAskedFor([]));
    }
}
