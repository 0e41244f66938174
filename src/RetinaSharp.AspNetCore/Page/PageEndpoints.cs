using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Detection;

namespace RetinaSharp.AspNetCore.Page;

/// <summary>The page on which images can be tried, its samples, and the OpenAPI document.</summary>
internal sealed partial class PageEndpoints(IOptions<ServingOptions> options)
{
    /// <summary>Route of the OpenAPI document.</summary>
    public const string OpenApiRoute = "/openapi/retinasharp.json";

    private static readonly string Html = Read("index.html"), OpenApi = Read("openapi.json");

    // Script and style are allowed by their hashes, so that nothing that gets into the page otherwise is run.
    private static readonly string Policy =
        $"default-src 'none'; script-src {HashOf(Script())}; style-src {HashOf(Style())}; img-src 'self' blob: data:; media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static Task PageAsync(HttpContext context)
    {
        // The page's URLs are relative, so that it works under a prefix; "/prefix" is then no folder yet.
        if (!context.Request.Path.ToString().EndsWith('/'))
        {
            context.Response.Redirect($"{context.Request.PathBase.ToUriComponent()}{context.Request.Path.ToUriComponent()}/");
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(self)";
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(Html, context.RequestAborted);
    }

    public static Task OpenApiAsync(HttpContext context)
    {
        // The document's paths are relative to its server, which is the prefix of the endpoints.
        var url = (context.Request.PathBase + context.Request.Path).ToUriComponent().TrimEnd('/')[..^OpenApiRoute.Length];
        var document = url.Length == 0 ? OpenApi : OpenApi.Replace("\"url\": \"/\"", $"\"url\": \"{JsonEncodedText.Encode(url)}\"", StringComparison.Ordinal);
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(document, context.RequestAborted);
    }

    public Task SamplesAsync(HttpContext context) =>
        context.Response.WriteAsJsonAsync([.. Samples().Select(file => file.Name)], DetectionJson.Default.Names, cancellationToken: context.RequestAborted);

    /// <summary>Sends a sample. The name is looked up in the list of samples, so that no other file can be named.</summary>
    public Task SampleAsync(HttpContext context)
    {
        var name = context.GetRouteValue("name") as string;
        var file = Samples().FirstOrDefault(file => file.Name == name) ?? throw RequestException.NotFound("There is no such sample.");
        context.Response.ContentType = Types.Mappings[file.Extension.ToLowerInvariant()];
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.SendFileAsync(file.FullName, context.RequestAborted);
    }

    // Types that browsers show.
    private IEnumerable<FileInfo> Samples() => options.Value.SamplesFolder is not { } folder ? [] : new DirectoryInfo(folder).EnumerateFiles()
        .Where(file => file.Extension.ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" or ".webp" or ".bmp").OrderBy(file => file.Name, StringComparer.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(PageEndpoints).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static string HashOf(Regex element) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(element.Match(Html).Groups[1].Value)))}'";

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
