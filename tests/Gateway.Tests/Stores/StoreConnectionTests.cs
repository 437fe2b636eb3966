using Dragoman.Identity;
using Dragoman.Stores;
using Npgsql;

namespace Dragoman.Gateway.Tests.Stores;

public class StoreConnectionTests
{
    private const string Key = "c2VjcmV0c2VudGluZWw=";

    [Theory]
    [InlineData("sqlite:/var/lib/dragoman.db", "SQLite store /var/lib/dragoman.db")]
    [InlineData("SQLite:/var/lib/a b;c=d.db", "SQLite store /var/lib/a b;c=d.db")]
    [InlineData("postgres://dragoman:sentinel@db.example:5433/keys?sslmode=verify-full", "PostgreSQL store keys at db.example")]
    [InlineData("postgresql://dragoman:sentinel@db.example", "PostgreSQL store dragoman at db.example")]
    [InlineData("postgres:Host=db.example;Username=dragoman;Password=sentinel;Database=keys", "PostgreSQL store keys at db.example")]
    [InlineData("tables:https://dragoman.table.core.windows.net/keys", "Azure table keys of dragoman")]
    [InlineData("tables:https://dragoman.table.core.windows.net", "Azure table dragoman of dragoman")]
    [InlineData("tables:https://tables.example/keys?sv=2020-12-06&sig=sentinel", "Azure table keys of tables.example")]
    [InlineData("tables:UseDevelopmentStorage=true", "Azure table dragoman of devstoreaccount1")]
    [InlineData("tables:AccountName=one;AccountKey=" + Key + ";TableEndpoint=http://127.0.0.1:10002/one;TableName=keys;", "Azure table keys of one")]
    [InlineData("tables:TableEndpoint=https://one.table.core.windows.net/;SharedAccessSignature=sv=1&sig=sentinel", "Azure table dragoman of one")]
    public async Task A_store_is_opened_without_its_database_and_named_without_its_credential(string text, string name)
    {
        var connection = StoreConnection.Parse(text);
        Assert.Equal(name, connection.ToString());
        await using var store = connection.Open();
        await using var another = connection.Open();
        Assert.NotSame(store, another);
        await using var ledger = connection.OpenLedger();
        await using var anotherLedger = connection.OpenLedger();
        Assert.NotSame(ledger, anotherLedger);
        Assert.Equal(store.GetType().Name.Replace("Store", "Ledger", StringComparison.Ordinal), ledger.GetType().Name);
    }

    [Fact]
    public void A_path_is_relative_to_the_working_directory() =>
        Assert.Equal($"SQLite store {Path.GetFullPath("data/dragoman.db")}", StoreConnection.Parse("sqlite:data/dragoman.db").ToString());

    [Theory]
    [InlineData("", "a store is sqlite:PATH, postgres:")]
    [InlineData("sentinel", "a store is sqlite:PATH, postgres:")]
    [InlineData("mysql://user:sentinel@host/db", "a store is sqlite:PATH, postgres:")]
    [InlineData("Server=host;Password=sentinel", "a store is sqlite:PATH, postgres:")]
    [InlineData("sqlite:", "followed by the path of a file")]
    [InlineData("sqlite: ", "followed by the path of a file")]
    [InlineData("sqlite::memory:", "followed by the path of a file")]
    [InlineData("sqlite:///sentinel", "followed by the path of a file")]
    [InlineData("sqlite:sentinel/", "followed by the path of a file")]
    [InlineData("sqlite:sentinel\0", "followed by the path of a file")]
    [InlineData("postgres:", "Npgsql's keywords")]
    [InlineData("postgres:sentinel", "Npgsql's keywords")]
    [InlineData("postgres:Password=sentinel", "Npgsql's keywords")]
    [InlineData("postgres:Host=a;Port=sentinel", "Npgsql's keywords")]
    [InlineData("postgres:Host=a;sentinel=1", "Npgsql's keywords")]
    [InlineData("postgres:Host=a;SSL Mode=sentinel", "Npgsql's keywords")]
    [InlineData("postgres:Host=a;Password='sentinel", "Npgsql's keywords")]
    [InlineData("postgres://", "postgres://USER:PASSWORD@HOST")]
    [InlineData("postgres://user:sentinel@/db", "postgres://USER:PASSWORD@HOST")]
    [InlineData("postgres://user:sentinel@host:port/db", "postgres://USER:PASSWORD@HOST")]
    [InlineData("postgres://user:sentinel@host:99999999999/db", "postgres://USER:PASSWORD@HOST")]
    [InlineData("postgres://user:sen/tinel@host/db", "percent-encoded")]
    [InlineData("postgres://user:1/sentinel@host/db", "percent-encoded")]
    [InlineData("postgres://user:sen@tinel@host/db", "percent-encoded")]
    [InlineData("postgres://user:1?sentinel@host/db", "these parameters may follow")]
    [InlineData("postgres://user@host/db?sentinel=1", "these parameters may follow")]
    [InlineData("postgres://user@host/db?sslmode=sentinel", "sslmode")]
    [InlineData("tables:", "connection string")]
    [InlineData("tables:sentinel", "connection string")]
    [InlineData("tables:http://dragoman.table.core.windows.net/keys", "tables:https://ACCOUNT")]
    [InlineData("tables:https://user:sentinel@dragoman.table.core.windows.net/keys", "tables:https://ACCOUNT")]
    [InlineData("tables:https://dragoman.table.core.windows.net/keys?sv=sentinel", "shared access signature")]
    [InlineData("tables:https://dragoman.table.core.windows.net/keys#sentinel", "tables:https://ACCOUNT")]
    [InlineData("tables:https://dragoman.table.core.windows.net/se-ntinel", "the name of a table")]
    [InlineData("tables:https://", "tables:https://ACCOUNT")]
    [InlineData("tables:UseDevelopmentStorage=sentinel", "connection string")]
    [InlineData("tables:UseDevelopmentStorage=true;AccountKey=sentinel", "connection string")]
    [InlineData("tables:AccountName=sentinel", "connection string")]
    [InlineData("tables:AccountKey=" + Key, "connection string")]
    [InlineData("tables:AccountName=one;AccountKey=" + Key + ";SharedAccessSignature=sig=sentinel", "connection string")]
    [InlineData("tables:AccountName=one;AccountName=sentinel;AccountKey=" + Key, "connection string")]
    [InlineData("tables:AccountName=one;AccountKey=sentinel!", "base64")]
    [InlineData("tables:AccountName=one;AccountKey=", "base64")]
    [InlineData("tables:AccountName=one;AccountKey=" + Key + ";sentinel=1", "connection string")]
    [InlineData("tables:AccountName=one;AccountKey=" + Key + ";TableEndpoint=sentinel", "connection string")]
    [InlineData("tables:AccountName=one;AccountKey=" + Key + ";TableEndpoint=https://one/?sig=sentinel", "connection string")]
    [InlineData("tables:AccountName=a b;AccountKey=" + Key, "connection string")]
    [InlineData("tables:AccountName=one;AccountKey=" + Key + ";TableName=1sentinel", "the name of a table")]
    public void A_malformed_text_is_answered_with_what_is_allowed_and_not_shown(string text, string allowed)
    {
        var exception = Assert.Throws<FormatException>(() => StoreConnection.Parse(text));
        Assert.Contains(allowed, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sentinel", exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key, exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//u%40x:p%2Fa%3Ass@host:1/d%20b", "Host=host;Port=1;Username=u@x;Password=p/a:ss;Database=d b")]
    [InlineData("//u:p:q@host", "Host=host;Username=u;Password=p:q")]
    [InlineData("//u@[::1]:5433/db", "Host=::1;Port=5433;Username=u;Database=db")]
    [InlineData("//u@[::1]/db", "Host=::1;Username=u;Database=db")]
    [InlineData("//u@a:1,b:2/db?target_session_attrs=read-write", "Host=a:1,b:2;Username=u;Database=db;Target Session Attributes=read-write")]
    [InlineData("///db?host=%2Frun%2Fpostgresql&user=u", "Host=/run/postgresql;Username=u;Database=db")]
    [InlineData("//h/db?sslmode=verify-ca&connect_timeout=2&application_name=x", "Host=h;Database=db;SSL Mode=VerifyCA;Timeout=2;Application Name=x")]
    public void An_address_of_PostgreSQL_means_what_its_own_tools_mean(string text, string keywords) =>
        Assert.Equal(new NpgsqlConnectionStringBuilder(keywords), PostgresAddress.Parse(text).Settings);

    [Theory]
    [InlineData("//role@name.postgres.database.azure.com/db?auth=entra", "Host=name.postgres.database.azure.com;Username=role;Database=db;SSL Mode=VerifyFull", "https://ossrdbms-aad.database.windows.net/.default")]
    [InlineData("//role%40contoso.com@h/db?auth=entra&sslmode=verify-ca", "Host=h;Username=role@contoso.com;Database=db;SSL Mode=VerifyCA", "https://ossrdbms-aad.database.windows.net/.default")]
    [InlineData("//role@h.postgres.database.usgovcloudapi.net/db?sslmode=require&auth=entra", "Host=h.postgres.database.usgovcloudapi.net;Username=role;Database=db;SSL Mode=Require", "https://ossrdbms-aad.database.usgovcloudapi.net/.default")]
    [InlineData("Host=h.postgres.database.chinacloudapi.cn;Username=role;Database=db;Auth=entra", "Host=h.postgres.database.chinacloudapi.cn;Username=role;Database=db;SSL Mode=VerifyFull", "https://ossrdbms-aad.database.chinacloudapi.cn/.default")]
    [InlineData("//u@h/db", "Host=h;Username=u;Database=db", null)]
    public void A_token_is_the_password_only_where_the_address_says_so(string text, string keywords, string? scope)
    {
        var address = PostgresAddress.Parse(text);
        Assert.Equal(new NpgsqlConnectionStringBuilder(keywords), address.Settings);
        Assert.Equal(scope, address.TokenScope);
        Assert.Equal(scope, StoreConnection.Parse("postgres:" + text).TokenScope);
    }

    [Theory]
    [InlineData("//role:sentinel@h/db?auth=entra")]
    [InlineData("//h/db?auth=entra")]
    [InlineData("//role@h/db?auth=password")]
    [InlineData("//role@h/db?auth=")]
    [InlineData("//role@h/db?auth=entra&sslmode=disable")]
    [InlineData("//role@h/db?auth=entra&sslmode=allow")]
    [InlineData("//role@h/db?auth=entra&passfile=sentinel")]
    [InlineData("//role@h/db?auth=entra&sslcert=sentinel")]
    [InlineData("Host=h;Username=role;Password=sentinel;auth=entra")]
    public void A_token_needs_a_role_and_TLS_and_no_password(string text)
    {
        var exception = Assert.Throws<FormatException>(() => StoreConnection.Parse("postgres:" + text));
        Assert.StartsWith("auth=entra in postgres: needs a user", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sentinel", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_has_no_other_credential_needs_a_token()
    {
        Assert.Equal("https://storage.azure.com/.default", StoreConnection.Parse("tables:https://one.table.core.windows.net/keys").TokenScope);
        Assert.Null(StoreConnection.Parse("tables:https://one.table.core.windows.net/keys?sv=1&sig=2").TokenScope);
        Assert.Null(StoreConnection.Parse("tables:UseDevelopmentStorage=true").TokenScope);
        Assert.Null(StoreConnection.Parse("sqlite:a.db").TokenScope);
    }

    [Theory]
    [InlineData("https://a.table.core.windows.net/keys?sv=1&sig=2", "https://a.table.core.windows.net")]
    [InlineData("https://127.0.0.1:10002/account/keys", "https://127.0.0.1:10002/account")]
    [InlineData("AccountName=a;AccountKey=" + Key + ";EndpointSuffix=core.chinacloudapi.cn;BlobEndpoint=https://b/", "https://a.table.core.chinacloudapi.cn")]
    public void An_address_of_a_table_has_the_endpoint_of_its_service(string text, string endpoint) =>
        Assert.Equal(endpoint, TableAddress.Parse(text, EntraTokens.Default).Endpoint);
}
