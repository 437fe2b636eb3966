using Dragoman.Secrets;

namespace Dragoman.Gateway.Tests.Secrets;

public class SecretReferenceTests
{
    [Fact]
    public void A_variable_is_read_from_the_environment() =>
        Assert.Equal("value of A", SecretReference.Resolve("env:A", name => $"value of {name}"));

    [Fact]
    public void A_file_is_read_without_its_last_line_end()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "secret\n");
            Assert.Equal("secret", SecretReference.Resolve("file:" + path, _ => null));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n")]
    [InlineData("sentinel\nx")]
    [InlineData("sentinel\rx")]
    [InlineData("sentinel\tx")]
    [InlineData("sentinel\0")]
    [InlineData("sentinel\u007f")]
    [InlineData("sentinel\u00e9")]
    [InlineData("sentinel\u2028x")]
    public void What_could_not_stand_in_a_header_is_refused_wherever_it_comes_from(string secret)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, secret);
            foreach (var (reference, place) in ((string, string)[])[(secret, ""), ("env:A", "environment variable A "), ("file:" + path, $"file {path} ")])
            {
                var message = Assert.Throws<SecretException>(() => SecretReference.Resolve(reference, _ => secret)).Message;
                Assert.StartsWith(place, message, StringComparison.Ordinal);
                Assert.EndsWith("; allowed: 1 to 8192 visible ASCII characters, as the provider shows the key", message, StringComparison.Ordinal);
                Assert.DoesNotContain("sentinel", message, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("keyvault:sentinel", "holds a reference and no secret; write the reference itself in the configuration")]
    [InlineData(" Env:SENTINEL ", "holds a reference and no secret; write the reference itself in the configuration")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://a.vault.azure.net/secrets/sentinel)", "holds a reference that Azure has not resolved; check its form and the rights of the app's identity, or write keyvault:NAME in the configuration")]
    [InlineData("https://a.vault.usgovcloudapi.net/secrets/sentinel/1", "is the address of a secret and not the secret; write keyvault:NAME, and the address of the vault in /keyVault/uri")]
    public void What_only_leads_to_a_secret_is_not_sent_as_the_key(string value, string message) =>
        Assert.Equal($"environment variable A {message}", Assert.Throws<SecretException>(() => SecretReference.Resolve("env:A", _ => value)).Message);

    [Fact]
    public void An_address_in_the_configuration_is_no_key_either() =>
        Assert.StartsWith("is the address of a secret", Assert.Throws<SecretException>(() => SecretReference.Resolve("https://a.vault.azure.net/secrets/b", _ => null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("ENV:A", "env:A")]
    [InlineData("keyVault:a-b", "keyvault:a-b")]
    public void The_kind_of_a_reference_may_be_written_in_any_case(string text, string reference)
    {
        var vault = new KeyVaultSettings(new("https://name.vault.azure.net"), TimeSpan.FromHours(1), VerifiesChallenge: true);
        Assert.Equal(reference, SecretReference.Read(text, _ => "value", vault).ToString());
        Assert.True(SecretReference.IsReference(text));
    }

    [Fact]
    public void White_space_around_is_no_part_of_what_a_variable_holds() =>
        Assert.Equal("sk-123", SecretReference.Resolve("env:A", _ => "\t sk-123 \r\n"));

    [Fact]
    public void A_secret_has_a_bound()
    {
        Assert.Equal(8192, SecretReference.Resolve(new string('x', 8192), _ => null).Length);
        Assert.Throws<SecretException>(() => SecretReference.Resolve(new string('x', 8193), _ => null));
    }

    [Fact]
    public void Any_other_text_is_the_secret_itself() => Assert.Equal("sk-123", SecretReference.Resolve("sk-123", _ => null));

    [Theory]
    [InlineData("env:MISSING", "environment variable MISSING is not set")]
    [InlineData("env:", "env: needs the name of a variable, such as env:MY_KEY")]
    [InlineData("file:", "file: needs a path, such as file:/run/secrets/my_key")]
    [InlineData(" sk-123", "begins or ends with a blank; allowed: 1 to 8192 visible ASCII characters, as the provider shows the key")]
    [InlineData("keyvault:name", "keyvault: is not possible here; allowed: env:NAME, file:PATH or the value itself")]
    public void What_cannot_be_found_is_told_by_its_reference(string reference, string message) =>
        Assert.Equal(message, Assert.Throws<SecretException>(() => SecretReference.Resolve(reference, _ => null)).Message);

    [Fact]
    public void A_missing_file_is_told_by_its_path() =>
        Assert.StartsWith("file /does/not/exist does not exist", Assert.Throws<SecretException>(() => SecretReference.Resolve("file:/does/not/exist", _ => null)).Message, StringComparison.Ordinal);
}
