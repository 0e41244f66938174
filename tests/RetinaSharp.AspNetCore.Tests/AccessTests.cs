using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RetinaSharp.AspNetCore.Tests;

public class AccessTests
{
    [Theory]
    [InlineData("Authorization", "Bearer second-key")]
    [InlineData("X-API-Key", "first-key")]
    [InlineData("X-API-Key", "first-key", "Bearer token.of.the.application")]
    public async Task ApiKey_Given_IsServed(string header, string value, string? authorization = null)
    {
        await using var service = await StartAsync();
        if (authorization is not null)
            service.Client.DefaultRequestHeaders.Add("Authorization", authorization);
        service.Client.DefaultRequestHeaders.Add(header, value);

        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/v1/models")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/v2/models/colors")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/metrics")).StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer first-ke")]
    [InlineData("Bearer first-key2")]
    [InlineData("Basic first-key")]
    public async Task ApiKey_MissingOrWrong_Is401(string? authorization)
    {
        await using var service = await StartAsync();
        if (authorization is not null)
            service.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        var refused = await service.PostImageAsync(TestEngine.Png());

        await TestService.ReadProblemAsync(refused, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        Assert.Contains("API key", (await TestService.ReadAsync(await service.Client.GetAsync("/v2/models/colors"), HttpStatusCode.Unauthorized)).GetProperty("error").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Client.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await service.Client.GetAsync("/v1/models")).StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health/ready")]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/openapi/retinasharp.json")]
    public async Task ApiKey_PagesAndProbes_NeedNone(string url)
    {
        await using var service = await StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync(url)).StatusCode);
    }

    [Fact]
    public async Task ApiKey_ApplicationAllowsAnonymousAccess_IsStillNeeded()
    {
        await using var service = await TestService.StartAsync(options => options.ApiKeys.Add("key"), map: endpoints => endpoints.AllowAnonymous());

        Assert.Equal(HttpStatusCode.Unauthorized, (await service.PostImageAsync(TestEngine.Png())).StatusCode);
    }

    [Fact]
    public async Task RequireAuthorization_OnTheEndpoints_IsThatOfTheApplication()
    {
        await using var service = await TestService.StartAsync(
            services: services =>
            {
                services.AddAuthentication("Test").AddScheme<AuthenticationSchemeOptions, UserHeaderHandler>("Test", configureOptions: null);
                services.AddAuthorization();
            },
            map: endpoints => endpoints.RequireAuthorization(new AuthorizeAttribute()));

        Assert.Equal(HttpStatusCode.Unauthorized, (await service.PostImageAsync(TestEngine.Png())).StatusCode);
        service.Client.DefaultRequestHeaders.Add("X-User", "somebody");
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png()));
    }

    [Fact]
    public async Task Map_UnderAPrefix_WorksThere()
    {
        await using var service = await TestService.StartAsync(options => options.ApiKeys.Add("key"), prefix: "/detector");

        Assert.Equal("/detector/", (await service.Client.GetAsync("/detector")).RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("API key", (await TestService.ReadAsync(await service.Client.GetAsync("/detector/v2/models/colors"), HttpStatusCode.Unauthorized)).GetProperty("error").GetString());
        service.Client.DefaultRequestHeaders.Add("X-API-Key", "key");
        await TestService.ReadAsync(await service.PostImageAsync(TestEngine.Png(), "/detector/v1/detect"));
    }

    private static Task<TestService> StartAsync() => TestService.StartAsync(options =>
    {
        options.ApiKeys.Add("first-key");
        options.ApiKeys.Add("second-key");
    });

    private sealed class UserHeaderHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.ContainsKey("X-User")
            ? AuthenticateResult.Success(new(new(new ClaimsIdentity("Test")), "Test"))
            : AuthenticateResult.NoResult());
    }
}
