//! stub
use std::path::{Path, PathBuf};
use std::net::SocketAddr;
use rowport_engine::settings::*;
#[derive(Default)] pub struct Loaded { pub desk: DeskSettings, pub server: Server }
#[derive(Default)] pub struct Server { pub listen: Option<SocketAddr>, pub data_dir: Option<PathBuf> }
impl Loaded { pub fn locate(&self, _: &[String]) -> Option<(usize, usize)> { None } }
pub fn load(p: &Path) -> Result<Loaded, String> { parse(&std::fs::read_to_string(p).map_err(|e| e.to_string())?, p) }
pub fn parse(t: &str, _: &Path) -> Result<Loaded, String> {
  let v: toml::Table = t.parse().map_err(|e: toml::de::Error| e.to_string())?;
  let url = v["sources"]["demo"]["url"].as_str().unwrap_or_default().to_owned();
  let s = SourceSettings { name: "demo".into(), label: "Example workspace".into(), url: rowport_drivers::SourceUrl::parse(&url).map_err(|e| e.to_string())?, datasets: Default::default() };
  Ok(Loaded { desk: DeskSettings { sources: vec![s], workspace: Some("demo".into()), ..Default::default() }, server: Server::default() })
}
pub fn json_schema() -> serde_json::Value { serde_json::Value::Null }
