// An ASP.NET Core application that serves a model under /detector, beside an endpoint of its own:
//     dotnet run -c Release --project samples/MinimalApi -- runs/first --urls http://127.0.0.1:5000
//     curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' http://127.0.0.1:5000/detector/v1/detect
using RetinaSharp.AspNetCore;
using RetinaSharp.Detection.Inference;

if (args is not [{ Length: > 0 } model, ..])
{
    Console.Error.WriteLine("usage: MinimalApi MODEL [--urls URL]");
    return 2;
}

var builder = WebApplication.CreateBuilder(args[1..]);
// With RetinaSharp.OnnxRuntime: options.Load = path => OnnxDetector.Load(path).
builder.Services.AddRetinaDetector("model", options => (options.Path, options.Load) = (model, path => Detector.Load(path)));
// "Serving": { "QueueLength": 32 } in appsettings.json, or --Serving:QueueLength 32.
builder.Services.Configure<ServingOptions>(builder.Configuration.GetSection("Serving"));

var app = builder.Build();
app.MapGroup("/detector").MapRetinaDetector();
app.MapGet("/", () => "The page of the detector is at /detector/.");
app.Run();
return 0;
