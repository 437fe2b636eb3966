using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Secrets;

public sealed class SettledFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dragoman-secrets-");
    private readonly ManualTimeProvider clock = new();
    private readonly SecretStore store;

    public SettledFileTests() => store = new SecretStore(clock);

    private string FilePath => Path.Combine(folder.FullName, "key");

    public void Dispose()
    {
        store.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_replaced_file_is_noticed_when_its_secret_is_used()
    {
        File.WriteAllText(FilePath, "old\n");
        var secret = SecretOfFile();
        Assert.Equal("old", await secret.GetAsync(CancellationToken.None));
        File.WriteAllText(FilePath, "new\n");
        await PassUntilAsync(secret, "new");
    }

    /// <summary>Kubernetes writes a new folder, and then lets the link <c>..data</c> point to it.</summary>
    [Fact]
    public async Task A_link_that_points_elsewhere_is_noticed()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, "..one"));
        Directory.CreateDirectory(Path.Combine(folder.FullName, "..two"));
        File.WriteAllText(Path.Combine(folder.FullName, "..one", "key"), "old");
        File.WriteAllText(Path.Combine(folder.FullName, "..two", "key"), "new");
        var data = Path.Combine(folder.FullName, "..data");
        Directory.CreateSymbolicLink(data, "..one");
        File.CreateSymbolicLink(FilePath, Path.Combine("..data", "key"));
        var secret = SecretOfFile();
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "..two");
        await PassUntilAsync(secret, "new");
    }

    [Fact]
    public async Task Half_of_a_content_never_becomes_a_key()
    {
        var looks = 0;
        File.WriteAllText(FilePath, "old");
        var reader = new SettledFile(FilePath, "old", clock);
        File.WriteAllText(FilePath, "ne");
        var reading = reader.ReadAsync(CancellationToken.None);
        File.WriteAllText(FilePath, "new");
        while (!reading.IsCompleted && looks++ < 100)
        {
            clock.Advance(SettledFile.Pause);
            await Task.WhenAny(reading, Task.Delay(20));
        }

        Assert.Equal("new", await reading);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("sentinel\nx", "holds a line end")]
    [InlineData(null, "does not exist")]
    public async Task What_cannot_be_a_secret_leaves_the_old_one_and_is_logged_once(string? content, string reason)
    {
        File.WriteAllText(FilePath, "old");
        var log = new RecordedLog();
        store.Logger = log;
        var secret = SecretOfFile();
        if (content is null)
            File.Delete(FilePath);
        else
            File.WriteAllText(FilePath, content);
        for (var round = 0; round < 30 || log.Lines.Count == 0; round++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            var given = secret.GetAsync(CancellationToken.None).AsTask();
            await clock.PassUntilAsync(given);
            Assert.Equal("old", await given);
            await Task.Delay(5);
        }

        var line = Assert.Single(log.Lines);
        Assert.StartsWith($"A secret cannot be read again: file {FilePath} {reason}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("sentinel", line, StringComparison.Ordinal);
        File.WriteAllText(FilePath, "new");
        await PassUntilAsync(secret, "new");
    }

    [Fact]
    public async Task A_refused_key_makes_the_file_read_at_once()
    {
        File.WriteAllText(FilePath, "old");
        var secret = SecretOfFile();
        File.WriteAllText(FilePath, "new");
        var other = secret.GetOtherAsync("old", CancellationToken.None).AsTask();
        await clock.PassUntilAsync(other);
        Assert.Equal("new", await other);
    }

    /// <summary>A reload reads the references again, perhaps while the file is being written.</summary>
    [Fact]
    public async Task A_reference_that_is_read_again_is_the_same_secret_whatever_the_file_holds_now()
    {
        File.WriteAllText(FilePath, "old");
        var secret = SecretOfFile();
        File.WriteAllText(FilePath, "ne");
        Assert.Same(secret, SecretOfFile());
        Assert.Equal(SecretReference.Read($"file:{FilePath}", _ => null), SecretReference.Read($"FILE:{FilePath}", _ => null));
        File.WriteAllText(FilePath, "new");
        await PassUntilAsync(secret, "new");
        Assert.Equal("old", secret.PreviousWithin(TimeSpan.FromMinutes(1)));
        Assert.Equal("old", SecretOfFile().PreviousWithin(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_variable_with_another_value_is_another_secret() =>
        Assert.NotEqual(SecretReference.Read("env:A", _ => "one"), SecretReference.Read("env:A", _ => "two"));

    private LiveSecret SecretOfFile() => store.Of(SecretReference.Read($"file:{FilePath}", _ => null));

    private async Task PassUntilAsync(LiveSecret secret, string value)
    {
        await clock.PassUntilAsync(UntilAsync());

        async Task UntilAsync()
        {
            while (await secret.GetAsync(CancellationToken.None) != value)
                await Task.Delay(5);
        }
    }
}
